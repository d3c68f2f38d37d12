using System.Globalization;
using System.Text;

namespace Symbio.Server.Sessions;

/// <summary>The name that somebody who could not log on has given, as logs show it: nobody has checked what is in it.</summary>
internal static class ClaimedName
{
    // Longer than any name of an account with its domain; the rest is somebody's text.
    private const int MaxLength = 128;

    /// <summary>Cut, and with escapes for characters that would move, hide or break what stands around the name.</summary>
    public static string ForLog(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return "a client";
        var text = new StringBuilder();
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaxLength)))
        {
            if (IsVisible(c))
                text.Append(c);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return name.Length > MaxLength ? text.Append("...").ToString() : text.ToString();
    }

    private static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
