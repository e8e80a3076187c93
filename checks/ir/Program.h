//===- Program.h - A linked module with an index ----------------*- C++ -*-===//
//
// What passes work on: one translation unit in an editor, all of them in CI.
// Look-ups by symbol are O(1) on average. Immutable once made; reads need no
// synchronisation.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_PROGRAM_H
#define RUNNEL_CHECKS_IR_PROGRAM_H

#include "checks/ir/Module.h"

#include <unordered_map>

namespace runnel::ir {

class Program {
public:
  /// \p M is canonical. \p Whole: M is all of the program's code, so that
  /// "no other use exists" can be concluded.
  explicit Program(Module M, bool Whole);
  Program(const Program &) = delete;

  const Module &module() const { return M; }
  bool whole() const { return Whole; }

  const Function *function(Name Symbol) const;
  const Record *record(Name Symbol) const;
  const Global *global(Name Symbol) const;
  /// The field and the record it belongs to; null if unknown.
  const Field *field(Name Symbol) const;
  const Record *recordOfField(Name Symbol) const;

  /// Methods with a body that a virtual call of \p Symbol can reach, itself
  /// included if it has one. By symbol.
  const std::vector<const Function *> &overriders(Name Symbol) const;
  /// All records that inherit from \p Symbol, at any distance. By symbol.
  const std::vector<const Record *> &derived(Name Symbol) const;
  /// Whether \p Derived is \p Base or inherits from it.
  bool isA(Name Derived, Name Base) const;
  /// Lambdas written directly in \p Symbol.
  const std::vector<const Function *> &lambdas(Name Symbol) const;

private:
  Module M;
  bool Whole;
  std::unordered_map<Name, const Function *> Functions;
  std::unordered_map<Name, const Record *> Records;
  std::unordered_map<Name, const Global *> Globals;
  std::unordered_map<Name, std::pair<const Field *, const Record *>> Fields;
  std::unordered_map<Name, std::vector<const Function *>> Overriders;
  std::unordered_map<Name, std::vector<const Record *>> Derived;
  std::unordered_map<Name, std::vector<const Function *>> Lambdas;
};

} // namespace runnel::ir

#endif
