//===- TextWriter.h - The writer behind writeText ---------------*- C++ -*-===//
//
// TextWriter.cpp holds the module level, TextWriterBody.cpp functions.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_TEXTWRITER_H
#define RUNNEL_CHECKS_IR_TEXTWRITER_H

#include "checks/ir/Text.h"
#include "checks/ir/Words.h"

#include "llvm/Support/raw_ostream.h"

#include <map>

namespace runnel::ir::text {

class Writer {
public:
  Writer(const Module &M) : M(M), Defaults(M) {
    for (const Function &F : M.Functions)
      BySymbol.emplace(F.Symbol, &F);
  }
  void write(llvm::raw_ostream &To);

private:
  void record(const Record &R);
  void global(const Global &G);
  void suppression(const Suppression &S);
  void function(const Function &F);
  void variables(const char *Word, const std::vector<Variable> &Of);
  void capture(const Function &F, const Capture &C);
  void block(BlockId Id, const Block &B);
  void event(const Event &E);
  void terminator(const Block &B);

  void enter(const Function &F);
  void word(llvm::StringRef W) { OS << ' ' << W; }
  void symbol(Name N) { word(quoted(N)); }
  void place(PlaceId P);
  void operand(const Operand &O);
  void reads(const std::vector<PlaceId> &Places);
  void type(const TypeRef &T);
  void typeAttributes(llvm::raw_ostream &To, const TypeRef &T);
  void range(const Range &R, const char *Before = "");
  /// The place of an entity: files left out after it are its own, those before
  /// it the main file.
  void ownRange(const Range &R) {
    Here = M.MainFiles.empty() ? Name() : M.MainFiles[0];
    range(R);
    if (R.valid())
      Here = R.Begin.File;
  }
  template <typename T> void flags(const T &Of, llvm::ArrayRef<Flag<T>> Flags) {
    for (const Flag<T> &F : Flags)
      if (Of.*F.Member)
        word(F.Text);
  }
  void access(Access A, Access Default) {
    if (A != Default)
      word(wordFor(accessWords(), static_cast<uint32_t>(A)));
  }
  unsigned fileNumber(Name File);

  const Module &M;
  text::Defaults Defaults;
  std::unordered_map<Name, const Function *> BySymbol;

  std::string Body;
  llvm::raw_string_ostream OS{Body};
  std::vector<Name> Files;
  std::unordered_map<Name, unsigned> FileNumbers;
  std::map<std::pair<unsigned, uint32_t>, uint32_t> LineStarts;
  std::unordered_map<Name, std::vector<TypeRef>> Types;
  std::vector<std::pair<Name, unsigned>> TypeOrder;

  Name Here; ///< the file of the entity that is being written
  std::vector<std::string> PlaceNames; ///< of the function being written
  const Function *NamesOf = nullptr;
  std::vector<std::string> ParentNames; ///< of NamesOf
};

} // namespace runnel::ir::text

#endif
