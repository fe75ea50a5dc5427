"""What runs in the processes that drills restart: the product, served as its own commands serve it."""

from gateway import server
from gateway.main import create_app
from gateway.settings import GatewaySettings
from services.__main__ import server_of
from services.common.broker import InProcessBroker
from services.common.settings import ServiceSettings
from tests.faults.worker import DECLARED, write_to


def serve(name: str, settings: ServiceSettings, port: int, log: str) -> None:
    """One service. Its events go nowhere: no drill that restarts it alone looks at them."""
    _serve(name, settings, port, log, InProcessBroker())


def serve_telling(name: str, settings: ServiceSettings, port: int, log: str) -> None:
    """One service, whose events go to the broker that its settings name."""
    _serve(name, settings, port, log)


def _serve(name: str, settings: ServiceSettings, port: int, log: str, broker: InProcessBroker | None = None) -> None:
    write_to(log)
    app = DECLARED[name].app(settings, broker=broker)
    server_of(app, "127.0.0.1", port, settings.drain_seconds).run()


def serve_gateway(settings: GatewaySettings, port: int, inside_port: int, log: str) -> None:
    write_to(log)
    server.run(create_app(settings), settings, "127.0.0.1", port, inside_port)
