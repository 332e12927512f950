#pragma once

namespace budgetwatch {

// Makes the allocator keep memory that was freed for the next request, instead of giving
// each large block back to the system and having the pages of the next one made again,
// which took a seventh of the committer's time. What is kept counts as used by the memory
// guard. Call it before other threads start.
void KeepFreedMemory();

// Gives back what is kept. Thread-safe; whoever wants memory waits meanwhile.
void GiveBackFreedMemory();

}  // namespace budgetwatch
