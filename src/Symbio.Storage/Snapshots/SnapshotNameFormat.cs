using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Symbio.Storage;

/// <summary>
/// How the folders of snapshots are named: text with %Y %m %d %H %M %S for the parts of the time in UTC, as in strftime(3)
/// and Samba's <c>shadow:format</c>.
/// </summary>
internal sealed class SnapshotNameFormat
{
    private readonly string _format;

    private SnapshotNameFormat(string format) => _format = format;

    /// <summary>Null: it holds another % than these, or not all that makes a date.</summary>
    public static SnapshotNameFormat? Parse(string text)
    {
        for (int i = text.IndexOf('%'); i >= 0; i = text.IndexOf('%', i + 2))
        {
            if (i + 1 == text.Length || !"YmdHMS".Contains(text[i + 1], StringComparison.Ordinal))
                return null;
            if (text.IndexOf(text.Substring(i, 2), i + 2, StringComparison.Ordinal) >= 0)
                return null; // Twice: which of the two would count?
        }

        bool isDate = new[] { "%Y", "%m", "%d" }.All(part => text.Contains(part, StringComparison.Ordinal));
        return isDate ? new SnapshotNameFormat(text) : null;
    }

    /// <summary>The name that a snapshot of this time has; parts of it that the format does not tell are left out.</summary>
    public string Write(DateTimeOffset time)
    {
        DateTime utc = time.UtcDateTime;
        var name = new StringBuilder();
        for (int i = 0; i < _format.Length; i++)
        {
            if (_format[i] != '%')
            {
                name.Append(_format[i]);
                continue;
            }

            char kind = _format[++i];
            int value = kind switch
            {
                'Y' => utc.Year,
                'm' => utc.Month,
                'd' => utc.Day,
                'H' => utc.Hour,
                'M' => utc.Minute,
                _ => utc.Second,
            };
            name.Append(value.ToString(kind == 'Y' ? "D4" : "D2", CultureInfo.InvariantCulture));
        }

        return name.ToString();
    }

    public bool TryRead(ReadOnlySpan<char> name, out DateTimeOffset time)
    {
        time = default;
        var parts = new Parts();
        for (int i = 0; i < _format.Length; i++)
        {
            if (_format[i] != '%')
            {
                if (name.IsEmpty || name[0] != _format[i])
                    return false;
                name = name[1..];
                continue;
            }

            char kind = _format[++i];
            int width = kind == 'Y' ? 4 : 2;
            if (name.Length < width ||
                !int.TryParse(name[..width], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            {
                return false;
            }

            parts.Set(kind, value);
            name = name[width..];
        }

        return name.IsEmpty && parts.TryGet(out time);
    }

    [SuppressMessage("Performance", "CA1815", Justification = "It is not compared.")]
    private struct Parts
    {
        private int _year;
        private int _month;
        private int _day;
        private int _hour;
        private int _minute;
        private int _second;

        public void Set(char kind, int value)
        {
            switch (kind)
            {
                case 'Y': _year = value; break;
                case 'm': _month = value; break;
                case 'd': _day = value; break;
                case 'H': _hour = value; break;
                case 'M': _minute = value; break;
                default: _second = value; break;
            }
        }

        public readonly bool TryGet(out DateTimeOffset time)
        {
            bool valid = _year >= 1601 && _month is >= 1 and <= 12 && _day >= 1 && _day <= DateTime.DaysInMonth(_year, _month)
                && _hour < 24 && _minute < 60 && _second < 60;
            time = valid ? new DateTimeOffset(_year, _month, _day, _hour, _minute, _second, TimeSpan.Zero) : default;
            return valid;
        }
    }
}
