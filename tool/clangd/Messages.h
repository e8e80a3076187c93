//===- Messages.h - Between the editor and clangd ---------------*- C++ -*-===//
//
// clangd cannot be told to add to a hover or to link its diagnostics to our
// pages, so its standard input and output pass through here: a hover over a
// finding gets the check's page, a diagnostic the page's address.
//
// Invariants:
//  1. A message that is none of these passes as it is, byte by byte; it is
//     searched for a word or two, not parsed.
//  2. Bytes that are no message of the protocol pass too, and so does all that
//     follows them.
//  3. Of a message only what is named above is changed: clangd finds the fixes
//     of a diagnostic by its range and text.
//
// Thread safety: fromEditor and fromClangd may be called from two threads.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CLANGD_MESSAGES_H
#define RUNNEL_TOOL_CLANGD_MESSAGES_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace runnel::clangd {

class Messages {
public:
  /// Whether the project lives with a finding; lines count from 1.
  using IsKnown = std::function<bool(const std::string &File, unsigned Line,
                                     llvm::StringRef Check)>;
  /// \p PageUri: the address of a check's page, or empty.
  explicit Messages(std::function<std::string(llvm::StringRef Check)> PageUri,
                    IsKnown Known = nullptr)
      : PageUri(std::move(PageUri)), Known(std::move(Known)) {}

  /// Takes note of a message's content on its way to clangd.
  void fromEditor(llvm::StringRef Content);
  /// The content to hand on.
  std::string fromClangd(std::string Content);

private:
  struct Shown {
    int64_t FirstLine, FirstColumn, LastLine, LastColumn;
    std::string Check;
  };
  struct Asked {
    std::string Uri;
    int64_t Line, Column;
  };
  std::string published(std::string Content);
  std::string answered(std::string Content);

  const std::function<std::string(llvm::StringRef)> PageUri;
  const IsKnown Known;
  std::mutex Mutex;
  std::map<std::string, Asked> Hovers;             ///< by the request's id
  llvm::StringMap<std::vector<Shown>> Diagnostics; ///< by the file's address
  bool Markdown = false;
};

/// Cuts a stream into messages. \p Each gets a message's content and returns
/// what to write in its place.
class MessageStream {
public:
  using Writer = std::function<void(llvm::StringRef)>;
  MessageStream(std::function<std::string(std::string)> Each, Writer Write)
      : Each(std::move(Each)), Write(std::move(Write)) {}

  void feed(llvm::StringRef Bytes);

private:
  bool step();
  std::function<std::string(std::string)> Each;
  Writer Write;
  std::string Pending;
  bool Raw = false; ///< no longer (or never) messages
};

} // namespace runnel::clangd

#endif
