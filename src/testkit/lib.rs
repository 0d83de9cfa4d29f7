//! Dev-only: builders, fake agent, frame printer, pty driver.
