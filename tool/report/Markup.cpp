//===- Markup.cpp - Text within HTML and XML ------------------------------===//

#include "tool/report/Markup.h"

#include "llvm/Support/JSON.h"

namespace runnel::tool {

std::string escapeMarkup(llvm::StringRef Text, Breaks B) {
  std::string Sound;
  if (!llvm::json::isUTF8(Text)) {
    Sound = llvm::json::fixUTF8(Text);
    Text = Sound;
  }
  std::string Result;
  for (char C : Text) {
    switch (C) {
    case '&':
      Result += "&amp;";
      break;
    case '<':
      Result += "&lt;";
      break;
    case '>':
      Result += "&gt;";
      break;
    case '"':
      Result += "&quot;";
      break;
    case '\n':
    case '\t':
      if (B == Breaks::AsTheyAre)
        Result += C;
      else
        Result += C == '\n' ? "&#10;" : "&#9;";
      break;
    default:
      // Neither language has a way to write most control characters.
      Result += static_cast<unsigned char>(C) < 0x20 ? '?' : C;
    }
  }
  return Result;
}

} // namespace runnel::tool
