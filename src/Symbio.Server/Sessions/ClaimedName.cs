namespace Symbio.Server.Sessions;

/// <summary>The name that somebody who could not log on has given, as logs show it: nobody has checked what is in it.</summary>
internal static class ClaimedName
{
    // Longer than any name of an account with its domain; the rest is somebody's text.
    private const int MaxLength = 128;

    /// <summary>The name, made fit for a line; something to say when there is none.</summary>
    public static string ForLog(string? name) =>
        string.IsNullOrEmpty(name) ? "a client" : UntrustedText.ForLog(name, MaxLength);
}
