//===- TextLexer.h - Tokens of the text form --------------------*- C++ -*-===//
//
// The lexer never fails: a byte that begins nothing is a Punct of its own, and
// the parser says what it wanted instead.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_TEXTLEXER_H
#define RUNNEL_CHECKS_IR_TEXTLEXER_H

#include "llvm/ADT/StringRef.h"

#include <vector>

namespace runnel::ir::text {

struct Token {
  enum Kind : uint8_t {
    Word,
    String,   ///< Text is what stands between the quotes, escapes included
    Number,   ///< decimal, maybe with a sign
    Location, ///< from its @ on
    Punct,
    End,
  };
  Kind Is = End;
  bool FirstOnLine = false;
  bool Escaped = false; ///< a String with escapes in it
  llvm::StringRef Text;

  bool is(llvm::StringRef S) const {
    return (Is == Word || Is == Punct) && Text == S;
  }
};

/// All tokens of \p Source, an End last. They point into it.
std::vector<Token> lex(llvm::StringRef Source);

/// The bytes a string token stands for.
std::string unescape(llvm::StringRef Text);

} // namespace runnel::ir::text

#endif
