//===- TextParser.h - The parser behind readText ----------------*- C++ -*-===//
//
// Reads in three rounds, so that entities may stand in any order: first the
// extents of all entities, then tables (files, line starts, types, the symbols
// of records), then the entities. There is no recursion; the first error ends
// it.
//
// TextReader.cpp holds the module level, TextBody.cpp functions.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_TEXTPARSER_H
#define RUNNEL_CHECKS_IR_TEXTPARSER_H

#include "checks/ir/Text.h"
#include "checks/ir/TextLexer.h"
#include "checks/ir/Words.h"

#include "llvm/Support/Error.h"

#include <map>
#include <memory>
#include <unordered_set>

namespace runnel::ir::text {

class Parser {
public:
  Parser(llvm::StringRef Source, llvm::StringRef FileName)
      : Source(Source), FileName(FileName), Tokens(lex(Source)) {}
  llvm::Expected<Module> parse();

private:
  // Tokens. Everything returns something harmless once an error is set.
  const Token &peek(size_t Ahead = 0) const {
    return Tokens[std::min(At + Ahead, Tokens.size() - 1)];
  }
  Token next() {
    Token T = peek();
    if (At + 1 < Tokens.size())
      ++At;
    return T;
  }
  bool accept(llvm::StringRef S);
  void expect(llvm::StringRef S);
  /// Another token stands on the line.
  bool more() const {
    return !Failed && !peek().FirstOnLine && !peek().is("{") && !peek().is("}");
  }
  void fail(const llvm::Twine &Message);
  Name name(); ///< a word or a string
  int64_t number();
  uint32_t count();

  // What entities share.
  bool range(Range &R);
  bool rangeAfter(llvm::StringRef Word, Range &R);
  bool ownRange(Range &R);
  TypeRef type(bool Inline);
  bool typeAttribute(TypeRef &T);
  template <typename T> bool flag(T &Of, llvm::ArrayRef<Flag<T>> Flags) {
    if (peek().Is != Token::Word)
      return false;
    for (const Flag<T> &F : Flags)
      if (peek().Text == F.Text) {
        next();
        Of.*F.Member = true;
        return true;
      }
    return false;
  }
  template <typename E> bool enumerator(llvm::ArrayRef<Word> Words, E &Out) {
    if (peek().Is != Token::Word && peek().Is != Token::Punct)
      return false;
    auto Value = valueOf(Words, peek().Text);
    if (!Value)
      return false;
    next();
    Out = static_cast<E>(*Value);
    return true;
  }
  std::vector<Name> nameList();

  // The module level.
  void findEntities();
  void tables();
  void typeTable();
  void lineTable();
  void record(Record &R);
  void field(const Record &R, Field &F);
  void global(Global &G);
  void suppression(Suppression &S);

  // Functions.
  void function(Function &F);
  bool declaration(Function &F);
  void variable(Variable &V);
  void capture(const Function &F, Capture &C);
  void placeDeclaration(Function &F);
  void contract(Function &F, LockContract &C);
  void blocks(Function &F);
  void event(Function &F, Event &E);
  void eventTail(Function &F, Event &E, const OpWords &W);
  void selectCases(Function &F, Event &E);
  bool terminatorAhead() const;
  void terminator(Function &F);
  void condition(Function &F, Block &B);
  void trips(Function &F, TripCount &T);
  std::vector<PlaceId> placeList(Function &F);
  void successors(Function &F);
  Operand operand(Function &F);
  bool placeAhead() const;
  Place parsePlace(Function &F, std::string &Key);
  template <typename T> uint32_t variableIndex(std::vector<T> &Of);
  PlaceId intern(Function &F, Place P, const std::string &Key);
  PlaceId place(Function &F);
  void captureSources();

  struct FunctionState {
    std::unordered_map<std::string, PlaceId> Places;
  };
  /// A capture's source, read once its parent is.
  struct PendingSource {
    Function *Lambda;
    size_t Capture;
    size_t Token;
  };
  /// A successor, known once all labels are.
  struct Jump {
    BlockId From;
    size_t Successor;
    size_t Token;
  };

  llvm::StringRef Source;
  llvm::StringRef FileName;
  std::vector<Token> Tokens;
  size_t At = 0;
  bool Failed = false;
  std::string Message;

  Module M;
  std::unique_ptr<Defaults> Known;
  struct Entity {
    llvm::StringRef Word;
    size_t Begin;
  };
  std::vector<Entity> Entities;
  std::map<uint32_t, Name> Files;
  std::map<std::pair<Name, uint32_t>, uint32_t> LineStarts;
  std::map<std::pair<Name, uint32_t>, TypeRef> Types;
  std::unordered_set<Name> RecordSymbols;
  Name Here;

  std::unordered_map<Name, FunctionState> States;
  std::vector<PendingSource> Sources;
  std::unordered_map<Name, BlockId> Labels; ///< of the function being read
  std::vector<Jump> Jumps;
};

} // namespace runnel::ir::text

#endif
