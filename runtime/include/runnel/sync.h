// All of the primitives for sharing memory, where the decision tree says so.
#pragma once

#include "runnel/barrier.h"
#include "runnel/condition_variable.h"
#include "runnel/latch.h"
#include "runnel/mutex.h"
#include "runnel/once.h"
#include "runnel/semaphore.h"
#include "runnel/shared_mutex.h"
#include "runnel/wait_group.h"
