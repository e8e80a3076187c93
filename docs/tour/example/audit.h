// A log of what happened, written to disk line by line.
#pragma once

#include <mutex>
#include <string>

class Audit {
public:
  explicit Audit(const char *path);
  ~Audit();
  void record(const std::string &line);

private:
  std::mutex mutex_;
  int file_;
};
