//===- Words.h - The words of the text form ---------------------*- C++ -*-===//
//
// One table an enumeration, shared by the writer, the reader and messages. A
// new enumerator needs its word here and in docs/design/ir.md, nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_WORDS_H
#define RUNNEL_CHECKS_IR_WORDS_H

#include "checks/ir/Function.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace runnel::ir {

/// A word and the number it stands for: an enumerator or a bit.
struct Word {
  llvm::StringLiteral Text;
  uint32_t Value;
};

/// A word and the member it sets.
template <typename T> struct Flag {
  llvm::StringLiteral Text;
  bool T::*Member;
};

/// How the text form writes an event.
struct OpWords {
  llvm::StringLiteral Mnemonic;
  Op What;
  /// Before Other: `to` in `recv local c to local v`.
  llvm::StringLiteral OtherWord;
  /// What Value means, if it has words.
  enum ValueKind : uint8_t { Plain, AsCall, AsSpawn, AsEscape } Values = Plain;
  /// `call f on s`: the callee comes first.
  bool CalleeFirst = false;
};

const OpWords &opWords(Op O);
const OpWords *findOp(llvm::StringRef Mnemonic);

llvm::ArrayRef<Word> roleWords();
llvm::ArrayRef<Word> traitWords();
llvm::ArrayRef<Word> accessWords();
llvm::ArrayRef<Word> flagWords();
llvm::ArrayRef<Word> callKindWords();
llvm::ArrayRef<Word> spawnKindWords();
llvm::ArrayRef<Word> escapeKindWords();
llvm::ArrayRef<Word> conditionWords();
llvm::ArrayRef<Word> orderWords();
llvm::ArrayRef<Word> terminatorWords();
llvm::ArrayRef<Word> selectCaseWords();
llvm::ArrayRef<Word> contractWords();
llvm::ArrayRef<Word> suppressionWords();
llvm::ArrayRef<Word> placeWords();

llvm::ArrayRef<Flag<TypeRef>> typeFlags();
llvm::ArrayRef<Flag<Field>> fieldFlags();
llvm::ArrayRef<Flag<Record>> recordFlags();
llvm::ArrayRef<Flag<Global>> globalFlags();
llvm::ArrayRef<Flag<Function>> functionFlags();
llvm::ArrayRef<Flag<Capture>> captureFlags();

/// The word for \p Value; empty if there is none.
llvm::StringRef wordFor(llvm::ArrayRef<Word> Words, uint32_t Value);
std::optional<uint32_t> valueOf(llvm::ArrayRef<Word> Words,
                                llvm::StringRef Text);

} // namespace runnel::ir

#endif
