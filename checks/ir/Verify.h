//===- Verify.h - The invariants of a module, checked -----------*- C++ -*-===//

#ifndef RUNNEL_CHECKS_IR_VERIFY_H
#define RUNNEL_CHECKS_IR_VERIFY_H

#include "checks/ir/Module.h"

namespace runnel::ir {

/// The first thing in \p M that passes could stumble over (an index out of
/// range, an entity out of order), in words; empty if all is well. Linear. The
/// readers call it, so passes never need to doubt an index.
std::string verify(const Module &M);

} // namespace runnel::ir

#endif
