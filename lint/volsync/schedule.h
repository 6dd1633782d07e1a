// The `trigger.schedule` of VolSync: two judges read it, and they don't agree.
//
// The API server holds it against the pattern of the custom resource definition, the controller parses it with
// robfig/cron (lint/kube/cron.h). Each can refuse what the other takes.
#pragma once

#include <string_view>

namespace vlint::volsync {

// volsync api/v1alpha1 (since 0.8): the pattern
// ^(@(annually|yearly|monthly|weekly|daily|hourly))|((((\d+,)*\d+|(\d+(\/|-)\d+)|\*(\/\d+)?)\s?){5})$
// searched for in the text. Its `^` belongs to the first alternative and its `$` to the second, so anything may follow
// a descriptor, anything may stand in front of five fields, and blanks between fields are optional. Time O(text).
bool crd_accepts_schedule(std::string_view text);

}  // namespace vlint::volsync
