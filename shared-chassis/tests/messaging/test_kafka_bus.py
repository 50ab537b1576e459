"""Kafka keeps the contract of every bus."""

import pytest

from chassis.messaging.kafka_bus import KafkaBus
from chassis.testing.bus_contract import BusContract, Connect, Doomed
from chassis.testing.bus_members import ProcessMembers

pytestmark = pytest.mark.kafka


class TestKafkaBus(BusContract):
    @pytest.fixture
    def connect(self, kafka_bootstrap: str) -> Connect:
        return lambda: KafkaBus(kafka_bootstrap)

    @pytest.fixture
    def doomed(self, kafka_bootstrap: str) -> Doomed:
        return ProcessMembers("kafka", kafka_bootstrap)
