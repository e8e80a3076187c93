//===- TextLexer.cpp - Tokens of the text form ----------------------------===//

#include "checks/ir/TextLexer.h"
#include "checks/ir/Text.h"

#include "llvm/ADT/StringExtras.h"

namespace runnel::ir::text {

namespace {

/// The length of the token at the start of \p S, which is neither empty nor
/// blank.
size_t measure(llvm::StringRef S, Token &T) {
  char C = S[0];
  auto NotDigit = [](char C) { return !llvm::isDigit(C); };
  if (llvm::isAlpha(C) || C == '_') {
    T.Is = Token::Word;
    size_t N = 1;
    while (N < S.size() && isWordChar(S[N]) && !S.substr(N).starts_with("->"))
      ++N;
    while (S[N - 1] == ':' || S[N - 1] == '-')
      --N;
    return N;
  }
  if (C == '"') {
    T.Is = Token::String;
    size_t N = 1;
    while (N < S.size() && S[N] != '"' && S[N] != '\n') {
      if (S[N] == '\\' && N + 1 < S.size()) {
        T.Escaped = true;
        ++N;
      }
      ++N;
    }
    return N < S.size() && S[N] == '"' ? N + 1 : N;
  }
  if (llvm::isDigit(C) || (C == '-' && S.size() > 1 && llvm::isDigit(S[1]))) {
    T.Is = Token::Number;
    size_t N = S.substr(1).find_if(NotDigit);
    return N == llvm::StringRef::npos ? S.size() : N + 1;
  }
  if (C == '@') {
    T.Is = Token::Location;
    size_t N = 1;
    while (N < S.size() &&
           (llvm::isDigit(S[N]) || llvm::StringRef(":/+~").contains(S[N])))
      ++N;
    return N;
  }
  T.Is = Token::Punct;
  for (llvm::StringRef Two : {"->", "==", "!=", "<=", ">="})
    if (S.starts_with(Two))
      return 2;
  return 1;
}

} // namespace

std::vector<Token> lex(llvm::StringRef Source) {
  std::vector<Token> Tokens;
  bool FirstOnLine = true;
  while (true) {
    size_t Blank = 0;
    for (; Blank < Source.size(); ++Blank) {
      char C = Source[Blank];
      if (C == '\n') {
        FirstOnLine = true;
      } else if (C == ';') {
        Blank = std::min(Source.find('\n', Blank), Source.size()) - 1;
      } else if (C != ' ' && C != '\t' && C != '\r') {
        break;
      }
    }
    Source = Source.drop_front(Blank);
    Token T;
    T.FirstOnLine = FirstOnLine;
    FirstOnLine = false;
    if (Source.empty()) {
      T.Text = Source;
      T.FirstOnLine = true;
      Tokens.push_back(T);
      return Tokens;
    }
    size_t N = measure(Source, T);
    T.Text = Source.take_front(N);
    if (T.Is == Token::String)
      T.Text = T.Text.drop_front().drop_back(T.Text.size() > 1 &&
                                             Source[N - 1] == '"');
    Tokens.push_back(T);
    Source = Source.drop_front(N);
  }
}

std::string unescape(llvm::StringRef S) {
  std::string Out;
  for (size_t I = 0; I < S.size(); ++I) {
    if (S[I] != '\\' || I + 1 == S.size()) {
      Out += S[I];
      continue;
    }
    char C = S[++I];
    if (C == 'n')
      Out += '\n';
    else if (C == 't')
      Out += '\t';
    else if (C == 'x' && I + 2 < S.size() && llvm::isHexDigit(S[I + 1]) &&
             llvm::isHexDigit(S[I + 2])) {
      Out += static_cast<char>(llvm::hexFromNibbles(S[I + 1], S[I + 2]));
      I += 2;
    } else {
      Out += C;
    }
  }
  return Out;
}

} // namespace runnel::ir::text
