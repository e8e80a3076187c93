//===- Options.cpp - Which checks clangd runs -----------------------------===//
//
// Two functions of clangd are wrapped by the linker (--wrap), so that nobody
// has to configure anything:
//
//  1. isFastTidyCheck: clangd runs only clang-tidy checks that are known to be
//     fast (FastCheckFilter: Strict) and knows nothing of ours. All of them
//     together cost less than a tenth of its own work (`./dev bench editor`).
//  2. getTidyOptionsForFile: its list of checks is clang-tidy's, where ours are
//     off unless named. They are on here as in `runnel check`: those of the
//     project's level, with what .clang-tidy and .clangd say of them.
//
// The linker says nothing where a wrapped name is not used (an LLVM that spells
// it otherwise); test/editor/clangd_test.py does.
//
//===----------------------------------------------------------------------===//

#include "tool/tidy/Project.h"

#include "clang-tidy/ClangTidyOptions.h"

using clang::tidy::ClangTidyOptions;
using Provider = llvm::function_ref<void(ClangTidyOptions &, llvm::StringRef)>;

#define FAST "_ZN5clang6clangd15isFastTidyCheckEN4llvm9StringRefE"
#define OPTIONS                                                                \
  "_ZN5clang6clangd21getTidyOptionsForFileEN4llvm12function_refIFvRNS_"        \
  "4tidy16ClangTidyOptionsENS1_9StringRefEEEES6_"

std::optional<bool> realIsFast(llvm::StringRef Check) asm("__real_" FAST);
std::optional<bool> wrappedIsFast(llvm::StringRef Check) asm("__wrap_" FAST);
ClangTidyOptions realOptions(Provider P,
                             llvm::StringRef File) asm("__real_" OPTIONS);
ClangTidyOptions wrappedOptions(Provider P,
                                llvm::StringRef File) asm("__wrap_" OPTIONS);

std::optional<bool> wrappedIsFast(llvm::StringRef Check) {
  return Check.starts_with("runnel-") ? true : realIsFast(Check);
}

ClangTidyOptions wrappedOptions(Provider P, llvm::StringRef File) {
  ClangTidyOptions O = realOptions(P, File);
  const runnel::Level At = runnel::tidy::projectOf(File)->level();
  const std::string Globs = O.Checks.value_or("");
  std::string All = Globs;
  for (const runnel::CheckInfo &C : runnel::allChecks()) {
    All += runnel::tidy::isOn(C, Globs, At) ? "," : ",-";
    All += C.Name;
  }
  O.Checks = std::move(All);
  return O;
}
