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
//  4. The places of a function are numbered in the order in which its
//     contracts, then its blocks, then the captures of its lambdas first use
//     them. No two are the same, and none is unused.
//     Steps by field or call have a symbol (their short name, if it is
//     unknown), places of globals a name.
//  5. Defined says whether a function has blocks.
//  6. Members that the kind of an operand or trip count does not name are
//     empty.
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
  /// Some of it is compiled for an older language: what fixes may not use
  /// there.
  bool BeforeCxx17 = false;
  bool BeforeCxx20 = false;

  /// Sorts and merges so that the invariants hold. Of two entities with one
  /// symbol the first is kept: link() is for modules that may disagree.
  void canonicalize();
  /// Invariants 1 to 3 alone, where the functions are canonical already.
  void sort();
  friend bool operator==(const Module &, const Module &) = default;
};

} // namespace runnel::ir

#endif
