"""An independent reader of the snapshot format, written from the pages in formats/ alone."""
