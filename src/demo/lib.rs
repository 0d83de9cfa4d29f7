//! The demonstration: real flights, a real trainer, a real model server, a clock.
