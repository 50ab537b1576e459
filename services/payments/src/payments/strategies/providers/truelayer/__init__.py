"""TrueLayer: bank transfers in and out by open banking."""
