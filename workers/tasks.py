"""The tasks: each wakes one action."""

from service import doorbell
from service.actions import deliver, list_recipients, sweep
from workers.app import app, runtime


@app.task(name=doorbell.LIST_RECIPIENTS)
def list_recipients_due() -> None:
    list_recipients.list_recipients(runtime())


@app.task(name=doorbell.DELIVER_DUE)
def deliver_due() -> None:
    deliver.deliver_due(runtime())


@app.task(name=doorbell.SWEEP)
def sweep_due() -> None:
    sweep.sweep(runtime())
