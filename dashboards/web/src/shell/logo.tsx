export function Logo() {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 24 24"
      fill="none"
      stroke="var(--brass)"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M12 3 4.5 17.5a15.6 15.6 0 0 0 15 0Z" />
      <path d="m12 3 2.6 16.2" />
      <circle cx="12" cy="3" r="1" />
    </svg>
  );
}
