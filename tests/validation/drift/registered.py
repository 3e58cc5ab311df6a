"""A champion in a registry, with the profile of its data."""

import mlflow

from fairtune import files
from fairtune.registry.client import connection


def champion(root, model, logged, *, alias="champion"):
    """Register a version of `model` whose run holds `logged` (name -> text); give its number."""
    with connection.connected(root) as client:
        experiment = connection.experiment(client, root)
        with mlflow.start_run(experiment_id=experiment) as run:
            for name, text in logged.items():
                files.write_text(root / "logged" / name, text)
                mlflow.log_artifact(str(root / "logged" / name))
        if not client.search_registered_models(f"name = '{model}'"):
            client.create_registered_model(model)
        made = client.create_model_version(model, source=run.info.artifact_uri, run_id=run.info.run_id)
        client.set_registered_model_alias(model, alias, made.version)
        return int(made.version)
