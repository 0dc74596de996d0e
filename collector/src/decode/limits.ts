/** Arrays and maps nested deeper than this are refused, with the attribute that holds them. */
export const value_depth_max = 32;

/** Why an attribute value was refused; a value, because the rest of its span is kept. */
export const too_deep = Symbol('too deep');
