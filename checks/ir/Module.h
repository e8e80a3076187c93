//===- Module.h - All that is kept of a translation unit --------*- C++ -*-===//
//
// A module is what the frontend makes of one translation unit, and also what
// the linker makes of many: a program is a linked module with an index.
//
// Invariants of a canonical module (what read, link and the frontend return):
//  1. Records, Globals and Functions are sorted by symbol; a symbol occurs
//  once.
//  2. Suppressions are sorted by place, without repeats.
//  3. MainFiles is sorted, without repeats.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_MODULE_H
#define RUNNEL_CHECKS_IR_MODULE_H

#include "checks/ir/Function.h"

namespace runnel::ir {

struct Module {
  std::vector<Name> MainFiles; ///< one, unless linked
  std::vector<Record> Records;
  std::vector<Global> Globals;
  std::vector<Function> Functions;
  std::vector<Suppression> Suppressions;
  bool HasErrors = false; ///< some of the source did not parse

  /// Sorts and merges so that the invariants hold.
  void canonicalize();
  friend bool operator==(const Module &, const Module &) = default;
};

} // namespace runnel::ir

#endif
