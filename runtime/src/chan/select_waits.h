// What a select waits for, to reports.
#pragma once

#include "runnel/detail/chan_core.h"

namespace runnel::detail {

/// Calls visit(into, channel, receives) for each case that waits. `wait` is what the select gave
/// park() as its object; its goroutine must not go on meanwhile.
void visit_select(const void* wait, void* into,
                  void (*visit)(void* into, const chan_core* core, bool receives));

} // namespace runnel::detail
