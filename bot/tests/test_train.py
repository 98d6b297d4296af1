"""When to train again, and whether what is trained on holds together."""

import logging
import os
import shutil
import warnings

import pytest
import yaml
from bot import train
from bot.server import HERE
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.validator import Validator

ROOT = HERE.parent
CHANGES = [
    "config.yml",
    "nlu_data/out_of_scope.yml",
    "nlu_data/facets/ask_fee.yml",
    "bot/domain/intents.yml",
    "bot/rules/dialogue.yml",
    "bot/components/tokenizer.py",
    "bot/requirements.txt",
    "vietnamese/shorthand.yml",
    "vietnamese/folding.py",
]
NO_CHANGES = [
    "nlu_data/evaluation/first_fifty.jsonl",
    "nlu_data/evaluation/new.yml",
    "bot/server.py",
    "knowledge/procedures/1.yml",
    "vietnamese/__pycache__/folding.pyc",
]

# CertainIntents sets these in the middle of a checklist; nothing is learnt for them.
BY_SHAPE = {"answer_checklist"}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of everything that is trained on, in which things may be changed."""
    ignore = shutil.ignore_patterns(".venv", "models", "__pycache__", "tests", ".rasa")
    for folder in ("nlu_data", "bot", "vietnamese"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(ROOT / "config.yml", tmp_path)
    monkeypatch.setattr(train, "ROOT", tmp_path)
    monkeypatch.setattr(train, "HERE", tmp_path / "bot")
    monkeypatch.setattr(train, "EVALUATION", tmp_path / "nlu_data" / "evaluation")
    monkeypatch.setattr(train, "PROCEDURES", tmp_path / "knowledge" / "procedures")
    monkeypatch.setattr(train, "QUESTIONS", tmp_path / "bot" / "models" / "questions.yml")
    monkeypatch.setattr(train, "GOING_ON", tmp_path / "knowledge" / "going_on.yml")
    train.PROCEDURES.mkdir(parents=True)
    train.GOING_ON.write_text("[]", encoding="utf-8")
    return tmp_path


@pytest.fixture
def procedures(copy):
    """Writes a procedure file with these questions, and says what was made of all of them."""

    def write(name, questions, **more):
        text = yaml.safe_dump({"code": name, "questions": questions, **more}, allow_unicode=True)
        (train.PROCEDURES / f"{name}.yml").write_text(text, encoding="utf-8")

    return write


def _written():
    data = RasaYAMLReader().read(str(train.QUESTIONS))
    return [(message.get(INTENT), message.get(TEXT)) for message in data.intent_examples]


def _touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")


def test_the_hash_does_not_depend_on_the_place(copy):
    here = train.content_hash()
    assert here == train.content_hash()
    assert len(here) == 64


@pytest.mark.parametrize("name", CHANGES)
def test_the_hash_changes_with_every_input(copy, name):
    assert (ROOT / name).exists()
    before = train.content_hash()
    _touch(copy / name)
    assert train.content_hash() != before


@pytest.mark.parametrize("name", NO_CHANGES)
def test_the_hash_does_not_change_with_what_is_not_trained_on(copy, name):
    before = train.content_hash()
    _touch(copy / name)
    assert train.content_hash() == before


def test_a_new_a_lost_and_a_renamed_file_change_the_hash(copy):
    seen = {train.content_hash()}
    _touch(copy / "nlu_data" / "new.yml")
    seen.add(train.content_hash())
    (copy / "nlu_data" / "new.yml").rename(copy / "nlu_data" / "newer.yml")
    seen.add(train.content_hash())
    (copy / "bot" / "rules" / "dialogue.yml").unlink()
    seen.add(train.content_hash())
    assert len(seen) == 4


def test_the_questions_of_the_procedures_are_examples_of_their_sides(procedures):
    procedures("2", {"time": ["khai tử mấy hôm thì xong"], "fee": ["khai tu het bn tien"]})
    procedures("1", {"fee": ["cưới: lệ phí # bao nhiêu?", '"1.001193" mất phí "không"']})
    procedures("3", {}, sample_questions=["làm giấy khai sinh"])
    procedures("4", None)
    train.write_questions()
    assert _written() == [
        ("ask_fee", "cưới: lệ phí # bao nhiêu?"),
        ("ask_fee", '"1.001193" mất phí "không"'),
        ("ask_fee", "khai tu het bn tien"),
        ("ask_time", "khai tử mấy hôm thì xong"),
    ]
    assert train.QUESTIONS in train.training_files()


def test_what_goes_on_after_an_answer_is_an_example_of_its_side_and_a_correction_of_none(copy):
    turns = [
        {
            "held": "1",
            "goes_on": {"fee": ["bao nhiêu tiền"]},
            "turns_to": [
                {"procedure": "2", "facet": "time", "text": "còn khai tử mấy hôm"},
                {"procedure": "2", "facet": "time", "text": "à nhầm, khai tử cơ", "corrects": True},
            ],
            "leaves": ["giá vàng hôm nay"],
        }
    ]
    before = train.content_hash()
    train.GOING_ON.write_text(yaml.safe_dump(turns, allow_unicode=True), encoding="utf-8")
    train.write_questions()
    assert sorted(_written()) == [
        ("ask_fee", "bao nhiêu tiền"),
        ("ask_time", "còn khai tử mấy hôm"),
        ("correct", "à nhầm, khai tử cơ"),
    ]
    assert train.content_hash() != before


def test_the_questions_are_written_alike_and_only_when_they_changed(procedures):
    procedures("2", {"time": ["mấy hôm thì xong"]})
    procedures("1", {"fee": ["lệ phí bao nhiêu"], "time": ["bao lâu có"]})
    train.write_questions()
    first = train.QUESTIONS.read_bytes()
    os.utime(train.QUESTIONS, (1, 1))
    procedures("1", {"time": ["bao lâu có"], "fee": ["lệ phí bao nhiêu"]}, title="Đổi tên")
    train.training_files()
    assert (train.QUESTIONS.stat().st_mtime, train.QUESTIONS.read_bytes()) == (1, first)
    procedures("1", {"fee": ["lệ phí bao nhiêu"]})
    train.write_questions()
    assert train.QUESTIONS.read_bytes() != first
    train.QUESTIONS.unlink()
    procedures("1", {"time": ["bao lâu có"], "fee": ["lệ phí bao nhiêu"]})
    train.write_questions()
    assert train.QUESTIONS.read_bytes() == first


def test_the_hash_changes_with_the_questions_of_a_procedure_and_not_with_its_answers(procedures):
    procedures("1", {"fee": ["lệ phí bao nhiêu"]}, fee="0 đồng")
    before = train.content_hash()
    procedures("1", {"fee": ["lệ phí bao nhiêu"]}, fee="8.000 đồng")
    assert train.content_hash() == before
    procedures("1", {"fee": ["lệ phí bao nhiêu vậy"]}, fee="8.000 đồng")
    assert train.content_hash() != before


def test_no_procedures_and_no_folder_for_models_are_fine(copy):
    assert not train.QUESTIONS.parent.exists()
    train.write_questions()
    assert _written() == []


def test_the_evaluation_set_is_never_trained_on():
    files = train.training_files()
    assert files
    assert not [path for path in files if train.EVALUATION in path.parents]


@pytest.fixture(scope="module")
def importer():
    return TrainingDataImporter.load_from_dict(
        config_path=str(ROOT / "config.yml"),
        domain_path=str(HERE / "domain"),
        training_data_paths=[str(path) for path in train.training_files()],
    )


def _is_about_an_intent_by_shape(warning):
    return "found in the NLU training data" in warning and any(f"'{name}'" in warning for name in BY_SHAPE)


def test_rasas_own_check_of_the_data_finds_nothing(importer, caplog):
    with warnings.catch_warnings(record=True) as raised, caplog.at_level(logging.WARNING):
        warnings.simplefilter("always")
        validator = Validator.from_importer(importer)
        assert validator.verify_domain_validity()
        assert validator.verify_intents_in_stories(ignore_warnings=False)
        assert validator.verify_example_repetition_in_intents(ignore_warnings=False)
        assert validator.verify_actions_in_stories_rules()
        assert validator.verify_forms_in_stories_rules()
        assert validator.verify_form_slots()
        assert validator.verify_slot_mappings()
        assert validator.verify_story_structure(ignore_warnings=False)
    warned = [str(item.message) for item in raised if issubclass(item.category, UserWarning)]
    assert [text for text in warned if not _is_about_an_intent_by_shape(text)] == []
    assert [record.getMessage() for record in caplog.records if record.name.startswith("rasa")] == []


def test_every_intent_but_the_fallback_has_examples(importer):
    learnt = {message.get(INTENT) for message in importer.get_nlu_data().intent_examples if message.get(TEXT)}
    assert importer.get_domain().intents
    assert learnt <= set(importer.get_domain().intents)
    assert set(importer.get_domain().intents) - learnt <= {
        *BY_SHAPE,
        "nlu_fallback",
        # Rasa's own, always there
        "back",
        "restart",
        "session_start",
    }


@pytest.mark.parametrize("path", train.training_files(), ids=lambda path: path.stem)
def test_every_file_reads_without_a_warning(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        RasaYAMLReader().read(str(path))


def test_nothing_is_hashed_that_is_trained_anew_anyway(monkeypatch):
    examples = [Message(data={TEXT: text, INTENT: "ask_fee"}) for text in ("hết bao nhiêu", "phí thế nào")]
    hashed = []
    own = Message.fingerprint
    monkeypatch.setattr(Message, "fingerprint", lambda message: hashed.append(message) or own(message))
    monkeypatch.setattr(TrainingData, "fingerprint", TrainingData.fingerprint)
    monkeypatch.delenv("RASA_MAX_CACHE_SIZE", raising=False)
    data = TrainingData(examples)
    hashed.clear()  # putting examples together hashes them too
    before = data.fingerprint()
    assert hashed, "Rasa no longer hashes every example: reuse_nothing can go"
    train.reuse_nothing()
    hashed.clear()
    after = data.fingerprint()
    assert (hashed, type(after)) == ([], type(before))
    assert after != data.fingerprint(), "no two components may take each other's results for theirs"
    assert os.environ["RASA_MAX_CACHE_SIZE"] == "0"
