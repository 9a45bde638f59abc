// The home page: the form that compares two occupations.

import { occupationForm } from "./form.js";

occupationForm(document.getElementById("compare"));
