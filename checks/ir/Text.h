//===- Text.h - Tokens and defaults of the text form ------------*- C++ -*-===//
//
// What the writer and the reader must agree on: how words are quoted, and what
// is meant where something is left out. The grammar is in docs/design/ir.md.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_TEXT_H
#define RUNNEL_CHECKS_IR_TEXT_H

#include "checks/ir/Module.h"

#include <unordered_map>

namespace runnel::ir::text {

/// May stand inside a bare word.
bool isWordChar(char C);
/// \p S as one token: bare if it can be, else quoted.
std::string quoted(llvm::StringRef S);
/// Always in quotes.
std::string stringLiteral(llvm::StringRef S);

/// The offset of a location whose line is not in the table of line starts:
/// increasing in (line, column), so that hand-written modules sort as they
/// read.
inline uint32_t defaultOffset(uint32_t Line, uint32_t Column) {
  return Line == 0 ? 0 : (Line - 1) * 1000u + (Column == 0 ? 0 : Column - 1);
}

/// The symbol of a field or method that is given by its short name alone.
Name memberSymbol(Name Record, Name Id);
/// The class a function belongs to if nothing is said: what stands before the
/// last `::` of its symbol, if a record has that symbol.
Name enclosingScope(Name Symbol);

/// What the name of a place says about it: the symbols of its steps and the
/// type, found by walking from the root's type through the records' fields.
class Defaults {
public:
  explicit Defaults(const Module &M);

  bool isRecord(Name Symbol) const { return Records.count(Symbol) != 0; }
  /// Fills in the empty symbols of \p P's steps, its Id and its type.
  void resolve(const Function &F, Place &P) const;
  Name recordOf(const Function &F) const {
    Name Scope = enclosingScope(F.Symbol);
    return isRecord(Scope) ? Scope : Name();
  }

private:
  const Field *findField(Name Record, Name Id) const;
  TypeRef typeOf(Name Record) const;

  std::unordered_map<Name, const Record *> Records;
  std::unordered_map<Name, const Global *> Globals;
  std::unordered_map<Name, const Field *> Fields;
};

} // namespace runnel::ir::text

#endif
