/** Form that asks for a name, and reloads the page with it. */
export function SignIn() {
  return (
    <form className="sign-in">
      <h1>Kitchen pass</h1>
      <label htmlFor="name">Your name</label>
      <input id="name" name="name" required autoFocus maxLength={40} autoComplete="nickname" />
      <button>Come in</button>
    </form>
  );
}
