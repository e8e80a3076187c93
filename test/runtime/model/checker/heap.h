// The heap that model code sees: addresses repeat from execution to execution, nothing is given out
// twice within one, and everything goes when it ends. So lock orders by address replay, a late
// access to a freed object finds the object's remains, and abandoned threads leak nothing.
#pragma once

namespace runnel::model::model_heap {

extern thread_local bool in_use;
void reset() noexcept;
/// Blocks given out and not taken back.
unsigned live() noexcept;

} // namespace runnel::model::model_heap
