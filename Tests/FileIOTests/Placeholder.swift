// Filled in by its module's owner.
