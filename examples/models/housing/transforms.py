"""Columns that say more than the survey's averages do."""


def derive(columns):
    """Number of households, rooms for each person, and the share of rooms that are bedrooms. `columns`: arrays of floats by name of the feature."""
    return {
        'households': columns['Population'] / columns['AveOccup'],
        'roomsPerPerson': columns['AveRooms'] / columns['AveOccup'],
        'bedroomShare': columns['AveBedrms'] / columns['AveRooms'],
    }
