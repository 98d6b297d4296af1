"""One pipeline trained and measured; the pipelines that are compared can be built."""

import io
import json
import sys

import pytest
import yaml
from bot import compare
from bot.server import HERE
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.data import TrainingType

from conftest import EXAMPLES

ROOT = HERE.parent
PIPELINES = [ROOT / "config.yml", *sorted((ROOT / "benchmarks" / "pipelines").glob("*.yml"))]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Compare over the few examples, in two files, and a rule file without any."""
    files = [tmp_path / f"{number}.yml" for number in range(3)]
    entries = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in EXAMPLES.items()
    ]
    for path, content in zip(files, ({"nlu": entries[:1]}, {"nlu": entries[1:]}, {"rules": []})):
        path.write_text(yaml.safe_dump({"version": "3.1", **content}, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(compare, "training_files", lambda: files)
    monkeypatch.setattr(compare, "quiet", lambda: None)  # it is for good, and other tests look at warnings

    def make(pipeline, texts):
        monkeypatch.setattr(sys, "argv", ["compare", str(pipeline)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(texts)))
        compare.main()
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return make


def test_a_pipeline_is_trained_and_reads_every_text_in_order(run):
    texts = ["lệ phí bao nhiêu", "bao lau thi xong", "nộp ở đâu với cả mất bao nhiêu tiền", "nộp ở đâu"]
    result = run(ROOT / "config.yml", texts)
    assert len(result["intents"]) == len(texts)
    names = [name for name, _ in result["intents"]]
    assert (names[0], names[1], names[3]) == ("ask_fee", "ask_time", "ask_place")
    assert all(0 < sure <= 1 for _, sure in result["intents"])
    assert result["train_s"] > 0
    assert result["parse_ms"] > 0
    assert result["peak_mb"] > 50


def test_nothing_to_read_is_fine(run):
    result = run(ROOT / "benchmarks" / "pipelines" / "without_underthesea.yml", [])
    assert (result["intents"], result["parse_ms"]) == ([], 0)


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_every_part_of_a_pipeline_exists_and_knows_its_options(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    graph = DefaultV1Recipe().graph_config_for_recipe(content, {}, TrainingType.NLU)
    used = {node.uses for node in graph.train_schema.nodes.values()}
    used |= {node.uses for node in graph.predict_schema.nodes.values()}
    for part in content["pipeline"]:
        name = part["name"].rsplit(".", 1)[-1]
        (component,) = [one for one in used if one.__name__ == name]
        assert part.keys() - {"name"} <= component.get_default_config().keys()
