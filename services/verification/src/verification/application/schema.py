"""The service's own tables hang on this; adapters and read models add theirs, migrations make them."""

from sqlalchemy import MetaData

from chassis.db.tables import NAMING

metadata = MetaData(naming_convention=NAMING)
