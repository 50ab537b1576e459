"""Where the tables of reports are declared: read models and adapters put theirs into one MetaData."""

from sqlalchemy import MetaData

from chassis.db.tables import NAMING

metadata = MetaData(naming_convention=NAMING)
