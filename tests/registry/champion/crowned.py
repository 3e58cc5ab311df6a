"""A registry with a champion that has nothing but settings."""

from fairtune import files
from fairtune.registry.client import connection

MODEL = "fairtune-demo-track"


def crown(root, best):
    """Make a version with this best.json champion; the next one if there is one already."""
    files.write_json(root / "best.json", best)
    with connection.connected(root) as client:
        run = client.create_run(connection.experiment(client, root))
        client.log_artifact(run.info.run_id, str(root / "best.json"))
        if not client.search_registered_models(f"name = '{MODEL}'"):
            client.create_registered_model(MODEL)
        source = f"runs:/{run.info.run_id}/model"
        made = client.create_model_version(MODEL, source=source, run_id=run.info.run_id)
        client.set_registered_model_alias(MODEL, "champion", made.version)
