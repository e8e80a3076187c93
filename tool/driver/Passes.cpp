//===- Passes.cpp - Checks over a program, in the order of reports --------===//

#include "tool/driver/Passes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <tuple>

namespace runnel::tool {

bool findingBefore(const Finding &A, const Finding &B) {
  if (A < B || B < A)
    return A < B;
  if (A.Symbol != B.Symbol)
    return A.Symbol < B.Symbol;
  return std::lexicographical_compare(
      A.Notes.begin(), A.Notes.end(), B.Notes.begin(), B.Notes.end(),
      [](const Note &X, const Note &Y) {
        return std::tie(X.Where, X.Message) < std::tie(Y.Where, Y.Message);
      });
}

Options optionsOf(const CheckInfo &C,
                  const std::map<std::string, std::string> &CheckOptions) {
  llvm::StringMap<std::string> Values;
  const std::string Prefix = (C.Name + llvm::Twine(".")).str();
  for (const auto &[Key, Value] : CheckOptions)
    if (llvm::StringRef(Key).starts_with(Prefix))
      Values[llvm::StringRef(Key).drop_front(Prefix.size())] = Value;
  return Options(std::move(Values));
}

std::vector<Finding>
runPasses(const analysis::Facts &Facts,
          llvm::function_ref<bool(const CheckInfo &)> Wanted,
          llvm::function_ref<Options(const CheckInfo &)> OptionsFor) {
  std::vector<Finding> Found;
  for (const CheckInfo &C : allChecks())
    if (Wanted(C))
      for (Finding &F : C.Run(Facts, OptionsFor(C)))
        Found.push_back(std::move(F));
  dropCovered(Found);
  llvm::sort(Found, findingBefore);
  Found.erase(std::unique(Found.begin(), Found.end()), Found.end());
  return Found;
}

} // namespace runnel::tool
