//===- Link.h - Merging modules ---------------------------------*- C++ -*-===//
//
// link() is associative, commutative and idempotent: code of a header seen from
// many translation units is kept once. Where two modules disagree about a
// symbol (differing macros), the defined one wins over the declared, and among
// equals the one whose text form is smaller: the same one in any order.
//
// Complexity: O(n log n) in the number of entities.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_LINK_H
#define RUNNEL_CHECKS_IR_LINK_H

#include "checks/ir/Module.h"

namespace runnel::ir {

Module link(std::vector<Module> Modules);

} // namespace runnel::ir

#endif
