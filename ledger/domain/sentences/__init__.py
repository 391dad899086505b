"""The sentences people read when the domain refuses or finds something, one file a stream."""
