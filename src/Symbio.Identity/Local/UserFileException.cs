namespace Symbio.Identity;

/// <summary>The users file cannot be used; the message is one line that says why and what to do.</summary>
public sealed class UserFileException(string message, Exception? inner = null) : Exception(message, inner);
