// Offers to compare the profile that this browser stores, where there is one.

import { hasProfile } from "./profile.js";

function offer() {
  const link = document.getElementById("own-profile");
  if (link) link.hidden = !hasProfile();
}

document.addEventListener("swapped", offer);
offer();
