"""What holds the rooms together: settings, database, application, command line."""
