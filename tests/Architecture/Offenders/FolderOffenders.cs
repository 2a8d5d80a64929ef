// Types that break the folder rules on purpose, so that the tests can show that the rules find it.

namespace Nacre.Tests.Architecture.Offenders.High
{
    internal sealed class Ceiling
    {
        public static int Height => 3;
    }

    internal sealed class NamesDownward
    {
        public Low.Floor? Below { get; set; }
    }
}

namespace Nacre.Tests.Architecture.Offenders.Low
{
    internal sealed class Floor;

    internal sealed class NamesInSignature
    {
        public High.Ceiling? Above { get; set; }
    }

    internal sealed class NamesInBody
    {
        public static int Look() => High.Ceiling.Height;
    }

    internal sealed class NamesInClosure
    {
        public static Func<int> Look(int add) => () => High.Ceiling.Height + add;
    }

    internal sealed class NamesInTypeArgument
    {
        public static object Look() => new List<High.Ceiling>();
    }
}
