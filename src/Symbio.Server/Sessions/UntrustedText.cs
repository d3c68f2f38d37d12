using System.Globalization;
using System.Text;

namespace Symbio.Server.Sessions;

/// <summary>Text that a stranger may have written, as logs show it.</summary>
internal static class UntrustedText
{
    /// <summary>Cut, and with escapes for characters that would move, hide or break what stands around the text.</summary>
    public static string ForLog(string value, int maxLength)
    {
        var text = new StringBuilder();
        foreach (char c in value.AsSpan(0, Math.Min(value.Length, maxLength)))
        {
            if (IsVisible(c))
                text.Append(c);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return value.Length > maxLength ? text.Append("...").ToString() : text.ToString();
    }

    private static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
