enum JobAdaptersPlaceholder {}
