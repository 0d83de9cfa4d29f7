//! The console: model, update, view, commands.
