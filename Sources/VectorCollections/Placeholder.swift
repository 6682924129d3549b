enum VectorCollectionsPlaceholder {}
