//===- Yaml.h - Reading configuration with errors for people ----*- C++ -*-===//
//
// A thin layer over LLVM's YAML parser: keys are dispatched by a table, an
// unknown key is an error at its line and column that names the nearest known
// one, and every message reads `FILE:LINE:COLUMN: …`.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CONFIG_YAML_H
#define RUNNEL_TOOL_CONFIG_YAML_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace runnel::tool {

class YamlFile {
public:
  YamlFile(llvm::StringRef Text, llvm::StringRef FileName);

  struct Key {
    llvm::StringRef Name;
    std::function<void(llvm::yaml::Node *)> Read;
    bool Hidden = false; ///< known, but not offered as the nearest
  };
  /// Reads the document as a mapping with these keys. An empty document is an
  /// empty mapping.
  llvm::Error read(const std::vector<Key> &Keys);
  void mapping(llvm::yaml::Node *N, const std::vector<Key> &Keys);

  // Each fails the whole reading where the node is something else.
  std::string text(llvm::yaml::Node *N);
  std::optional<bool> boolean(llvm::yaml::Node *N);
  std::optional<uint64_t> number(llvm::yaml::Node *N);
  /// A sequence of texts, or one text.
  std::vector<std::string> texts(llvm::yaml::Node *N);

  /// Remembers the first failure.
  void fail(llvm::yaml::Node *N, const llvm::Twine &Message);
  bool failed() const { return !Problem.empty(); }
  llvm::SourceMgr &sources() { return Sources; }

private:
  static void onDiagnostic(const llvm::SMDiagnostic &D, void *Self);
  std::string Name;
  llvm::SourceMgr Sources;
  std::string Problem;
  llvm::yaml::Stream Stream;
};

} // namespace runnel::tool

#endif
